"""The policy file: its mistakes, and what is hardly meant."""

from collections.abc import Iterator

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.errors import PolicyError
from bot.policy import read_policy
from bot.policy.lint import remarks


def policy(case: Case) -> Iterator[Finding]:
    file = case.settings.park_policy
    try:
        case.policy = read_policy(file)
    except PolicyError as mistake:
        for line, column, text in mistake.faults:
            place = ":".join(str(part) for part in (file, line, column) if part is not None)
            remedy = f"Set it right; `python -m bot policy check {file}` looks at the file alone."
            yield error("policy.mistake", f"{place}: {text}", remedy, about=place)
        return
    rules = len(case.policy.allow) + len(case.policy.deny)
    yield ok("policy", f"{file}: {rules} rules without a mistake; fingerprint {case.policy.fingerprint}")


def lint(case: Case) -> Iterator[Finding]:
    said = [
        warning("policy.lint.remark", f"the rule “{rule.name}” {text}", "Mean it, or change the rule.", about=rule.name)
        for rule, text in remarks(case.policy)
    ]
    if not case.policy.allow:
        said.append(
            warning("policy.lint.nothing", "no rule allows anything", "Write an [[allow]] rule: README, 'The policy'.")
        )
    yield from said or [ok("policy.lint", "each rule can do something")]
