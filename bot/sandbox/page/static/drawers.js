// What stands beside the messages: on a narrow screen it lies over them, and Escape or a click elsewhere puts it away.
const $ = (selector) => document.querySelector(selector);
const over = matchMedia("(max-width: 1000px)");

export function side(open) {
  if (open === document.body.classList.contains("side-open")) return;
  document.body.classList.toggle("side-open", open);
  $("#main").inert = open;
  $(open ? "#who" : "#side-button").focus();
}

export function backstage(open) {
  document.body.classList.toggle("backstage-open", open);
  $("#backstage-button").setAttribute("aria-expanded", String(open));
}

// `closeThread` makes room where both don't fit.
export function drawers(closeThread) {
  backstage(!over.matches);

  function toggle(name) {
    if (name === "side") return side(!document.body.classList.contains("side-open"));
    const there = document.body.classList.contains("backstage-open"), inSight = $("#backstage").checkVisibility();
    if (there && !inSight) closeThread();
    else backstage(!there);
    $(there && inSight ? "#backstage-button" : "#backstage button").focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) toggle(button.dataset.toggle);
    else if (event.target === document.body) side(false);  // its shade
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || $("#modal").open) return;
    const inSide = document.body.classList.contains("side-open"), inBackstage = over.matches && $("#backstage").checkVisibility();
    if (!inSide && !inBackstage) return;
    event.preventDefault();  // and nothing else is left by it
    if (inSide) side(false);
    else toggle("backstage");
  });
}
