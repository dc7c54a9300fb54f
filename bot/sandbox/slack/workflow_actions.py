"""Workflows that people have built with the app's steps."""

from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.model import Ack, Json, StepExecution, new_id
from bot.sandbox.slack.payloads import event_callback, function_executed
from bot.sandbox.slack.state import SlackState


class WorkflowActions:
    """Executes steps of the manifest, each as the only one of a workflow."""

    state: SlackState
    deliveries: Deliveries

    def run_step(self, callback_id: str, inputs: Json) -> tuple[StepExecution, Ack]:
        """Executes a step and returns its execution, which the app ends later; LookupError if it is not declared."""
        if callback_id not in self.state.workflows.declared:
            raise LookupError(f"there is no step {callback_id!r}: {sorted(self.state.workflows.declared)}")
        execution = StepExecution(id=new_id("Fx"), callback_id=callback_id)
        with self.state.changed:
            self.state.workflows.executions[execution.id] = execution
        event = function_executed(self.state, execution, inputs)
        return execution, self.deliveries.event(event_callback(self.state, None, event))
