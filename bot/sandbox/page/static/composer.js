// The message boxes: commands, people and channels complete; Enter sends; what was sent comes back with the up arrow.
import { looking } from "./asking.js";
import { Listbox } from "./listbox.js";

export function composers({ commands, entities, send }) {
  for (const id of ["say", "reply"]) composer(document.getElementById(id), { commands, entities, send });
}

function composer(input, { commands, entities, send }) {
  const form = input.form, list = new Listbox(input, document.getElementById(`${input.id}-list`), take);
  const inThread = input.id === "reply";
  const sent = [];
  let at = 0;

  // What may be meant by what stands before the caret: [its start, suggestions]. A name may have spaces in it.
  function meant() {
    const before = input.value.slice(0, input.selectionStart);
    if (!inThread && /^\/\S*$/.test(before)) return [0, commands.filter((one) => one.text.startsWith(before) && one.text !== before)];
    const found = /(?:^|\s)([@#][^@#\n]*)$/.exec(before);
    if (!found) return [0, []];
    const wanted = found[1].toLowerCase();
    const fits = (one) => one.text.toLowerCase().startsWith(wanted) || (wanted[0] === "@" && one.about.startsWith(wanted.slice(1)) && wanted.length > 1);
    return [before.length - found[1].length, entities.filter((one) => one.text[0] === wanted[0] && fits(one)).slice(0, 8)];
  }

  // The command whose line is being typed: how to go on stays in sight until the line is sent.
  function begun() {
    return inThread ? undefined : commands.find((one) => input.value === one.text || input.value.startsWith(`${one.text} `));
  }

  function suggest() {
    const [, found] = meant(), command = begun();
    list.list.replaceChildren(...found.map(drawn));
    if (!found.length && command) {
      list.list.replaceChildren(drawn(command, 0));
      list.list.firstChild.setAttribute("aria-disabled", "true");
    }
    list.show();
    grow();
  }

  function drawn(one, at) {
    const line = document.createElement("li");
    line.id = `${list.list.id}-${at}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.dataset.text = one.text;
    const name = document.createElement("b");
    name.textContent = one.text;
    const hint = document.createElement("code");
    hint.textContent = one.hint ?? "";
    const about = document.createElement("small");
    about.textContent = one.about;
    line.append(name, hint, about);
    return line;
  }

  function take(option) {
    const [start] = meant(), end = input.selectionStart;
    input.setRangeText(`${option.dataset.text} `, start, end, "end");
    input.focus();
    suggest();
  }

  function grow() {
    input.rows = Math.min(8, Math.max(1, input.value.split("\n").length));
  }

  function recall(step) {
    at = Math.max(0, Math.min(sent.length, at + step));
    input.value = sent[at] ?? "";
    grow();
  }

  async function go() {
    const text = input.value.trim();
    if (!text) return;
    list.hide();
    sent.push(text);
    at = sent.length;
    input.value = "";
    grow();
    const said = await send(text, inThread ? looking.thread : null);
    if (said.error && !input.value) input.value = text;  // nothing that was typed is lost
  }

  input.addEventListener("input", suggest);
  input.addEventListener("blur", () => list.hide());
  input.addEventListener("keydown", (event) => {
    if (list.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      go();
    } else if (event.key === "ArrowUp" && (!input.value || input.value === sent[at])) {
      recall(-1);
    } else if (event.key === "ArrowDown" && input.value && input.value === sent[at]) {
      recall(1);
    }
  });
  list.list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option && !option.hasAttribute("aria-disabled")) take(option);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
}
