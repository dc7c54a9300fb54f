// A list under a text field: arrows walk it while the focus stays in the field, Enter takes, Escape leaves.

export class Listbox {
  // `take(option)` gets the chosen element.
  constructor(input, list, take) {
    Object.assign(this, { input, list, take });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]:not([hidden], [aria-disabled=true])")];
  }

  get open() {
    return !this.list.hidden;
  }

  show(first = 0) {
    this.list.hidden = !this.list.childElementCount;
    this.expanded(!this.list.hidden);
    this.mark(this.options[first]);
  }

  hide() {
    this.list.hidden = true;
    this.expanded(false);
    this.input.removeAttribute("aria-activedescendant");
  }

  // A text box of several lines is no combobox, and has no such attribute.
  expanded(open) {
    if (this.input.matches("[role=combobox]")) this.input.setAttribute("aria-expanded", String(open));
  }

  mark(option) {
    for (const one of this.list.querySelectorAll("[aria-selected=true]")) one.setAttribute("aria-selected", "false");
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  get marked() {
    return this.list.querySelector("[aria-selected=true]:not([hidden])");
  }

  // Whether the key was for the list.
  key(event) {
    if (!this.open) return false;
    if (!this.options.length && event.key !== "Escape") return false;
    const all = this.options, at = all.indexOf(this.marked);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.mark(all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % all.length));
    } else if ((event.key === "Enter" || event.key === "Tab") && this.marked) {
      this.take(this.marked);
    } else if (event.key === "Escape") {
      this.hide();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
