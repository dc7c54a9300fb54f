// While a pointer is pressed nothing moves: a click counts only where the pointer goes down and up on the same thing.

const LONGEST = 1000;  // milliseconds; whoever drags or holds gets what is new then
const waiting = [];
let pressed = false, timer;

function release() {
  clearTimeout(timer);
  pressed = false;
  for (const work of waiting.splice(0)) work();
}

addEventListener("pointerdown", () => {
  pressed = true;
  clearTimeout(timer);
  timer = setTimeout(release, LONGEST);
}, true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(release), true);  // after the click, which comes right behind
}

// Runs the work now, or right after the click that is under way.
export function afterPress(work) {
  if (pressed) waiting.push(work);
  else work();
}
