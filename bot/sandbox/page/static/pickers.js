// Select menus of Block Kit: typed into, with options of their own or from the app.
import { gesture } from "./asking.js";
import { Listbox } from "./listbox.js";
import { afterPress } from "./pressing.js";

const asked = new WeakMap();
const pickerOf = (element) => element.closest?.(".picker");
const chosen = (picker) => [...picker.querySelectorAll(".token")].map((token) => JSON.parse(token.dataset.option));

export function pickers(place, confirmed) {
  const boxes = new WeakMap();

  function box(picker) {
    if (!boxes.has(picker)) {
      const input = picker.querySelector("[role=combobox]");
      boxes.set(picker, new Listbox(input, picker.querySelector("[role=listbox]"), (option) => take(picker, option)));
    }
    return boxes.get(picker);
  }

  async function take(picker, option) {
    if (!option.dataset.option) return;
    overtake(picker);
    const picked = JSON.parse(option.dataset.option), list = box(picker);
    list.hide();
    const many = "many" in picker.dataset;
    const others = chosen(picker).filter((one) => one.value !== picked.value);
    list.input.value = many ? "" : picked.text.text;
    if (!many) list.input.dataset.value = picked.text.text;
    await send(picker, many ? [...others, picked] : picked);
  }

  async function send(picker, value) {
    if (await confirmed(picker)) await gesture("fill", { ...place(picker), value });
  }

  async function look(picker, text = box(picker).input.value) {
    const list = box(picker);
    if (picker.dataset.picker === "here") return filter(list, text);
    if (text.length < Number(picker.dataset.least)) return list.hide();
    const turn = overtake(picker);
    const { options = [] } = await gesture("suggest", { ...place(picker), text });
    if (asked.get(picker) !== turn) return;
    fillList(list, options);
    if (document.activeElement === list.input) list.show();
  }

  // What was asked before is not waited for any more.
  function overtake(picker) {
    asked.set(picker, (asked.get(picker) ?? 0) + 1);
    return asked.get(picker);
  }

  function filter(list, text) {
    const wanted = text.toLowerCase();
    for (const option of list.list.children) option.hidden = !option.textContent.toLowerCase().includes(wanted);
    list.show();
  }

  function fillList(list, options) {
    list.list.replaceChildren(...options.map((option, at) => drawn(list.list.id, option, at)));
    if (!options.length) list.list.append(nothing());
  }

  function drawn(id, option, at) {
    const line = document.createElement("li");
    line.id = `${id}-${at}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.dataset.option = JSON.stringify(option);
    line.textContent = option.text.text;
    if (option.description) {
      const below = line.appendChild(document.createElement("small"));
      below.textContent = option.description.text;
    }
    return line;
  }

  function nothing() {
    const line = document.createElement("li");
    line.className = "nothing";
    line.textContent = "No results";
    return line;
  }

  document.addEventListener("input", (event) => {
    const picker = pickerOf(event.target);
    if (picker) look(picker);
  });
  document.addEventListener("keydown", (event) => {
    const picker = pickerOf(event.target);
    if (!picker || event.target !== box(picker).input) return;
    if (box(picker).key(event)) return;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      look(picker, "");
    } else if (event.key === "Backspace" && !event.target.value && "many" in picker.dataset && chosen(picker).length) {
      send(picker, chosen(picker).slice(0, -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
    }
  }, true);
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".picker [role=option]");
    if (!option) return;
    event.preventDefault();
    take(pickerOf(option), option);
  });
  document.addEventListener("click", (event) => {
    const picker = pickerOf(event.target);
    if (!picker) return;
    if (event.target.closest("[data-remove]")) {
      const gone = JSON.parse(event.target.closest(".token").dataset.option);
      send(picker, chosen(picker).filter((one) => one.value !== gone.value));
      box(picker).input.focus();
    } else if (event.target.closest("[data-clear]")) {
      send(picker, null);
      box(picker).input.focus();
    } else {
      box(picker).input.focus();
      if (!box(picker).open) look(picker, "");
    }
  });
  document.addEventListener("focusout", (event) => {
    const picker = pickerOf(event.target);
    if (!picker || event.target !== box(picker).input) return;
    const { target } = event;
    overtake(picker);
    target.value = target.dataset.value ?? "";  // what was not picked is not chosen
    afterPress(() => document.activeElement !== target && box(picker).hide());
  });
}
