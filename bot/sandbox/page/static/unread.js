// Places with messages that this person, in this browser window, has not looked at yet.
import { looking } from "./asking.js";

const known = () => JSON.parse(sessionStorage.getItem("read") ?? "{}");

export function unread() {
  const read = known();
  for (const link of document.querySelectorAll("[data-latest]")) {
    const place = `${looking.as} ${link.dataset.place}`, latest = link.dataset.latest;
    if (link.dataset.place === here()) read[place] = latest;
    link.toggleAttribute("data-new", latest > (read[place] ?? ""));
  }
  sessionStorage.setItem("read", JSON.stringify(read));
}

function here() {
  return looking.in === "park" && looking.tab === "home" ? "" : looking.in;
}
