// Menu buttons: opened by click, Enter or an arrow; walked by arrows; left by Escape, Tab or a click elsewhere.

const items = (menu) => [...menu.querySelectorAll("[role=menuitem]")];
const menuOf = (button) => button.parentElement.querySelector("[role=menu]");
let opened = null;

function open(button, last = false) {
  close();
  opened = button;
  const menu = menuOf(button);
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  const room = innerHeight - button.getBoundingClientRect().bottom;
  menu.classList.toggle("above", room < menu.offsetHeight + 16);
  items(menu).at(last ? -1 : 0)?.focus();
}

function close(back = false) {
  if (!opened) return;
  const button = opened;
  opened = null;
  menuOf(button).hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (back) button.focus();
}

function walk(event) {
  const all = items(menuOf(opened)), at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  all.at(next % all.length)?.focus();
}

export function menus() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-menu]");
    if (button) return button === opened ? close() : open(button);
    if (!event.target.closest("[role=menu]") || event.target.closest("[role=menuitem]")) close(!!event.target.closest("[role=menuitem]"));
  });
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.("[data-menu]");
    if (button && !opened && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      return open(button, event.key === "ArrowUp");
    }
    if (!opened) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close(true);
    } else if (event.key === "Tab") close();
    else walk(event);
  });
}
