// How tests look at a page: for what is in sight, by words and labels, whenever something changes.
window.parkLooks = (() => {
  const inSight = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;

  function name(one) {
    const by = one.getAttribute("aria-labelledby");
    const labels = [...(one.labels ?? [])].map((label) => (label.querySelector("span:not(.optional)") ?? label).innerText);
    const named = one.getAttribute("aria-label") ?? (by && document.getElementById(by)?.innerText) ?? labels[0];
    return (named ?? one.innerText ?? "").replace(/\s+/g, " ").trim();
  }

  function named(all, label) {
    const is = (text) => text === label || text.startsWith(`${label} (`);
    return all.filter((one) => inSight(one) && (is(name(one)) || is((one.innerText ?? "").trim())));
  }

  function until(condition, most) {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => finish(() => fail(new Error("not seen in time"))), most);
      const observer = new MutationObserver(look);
      function finish(end) {
        clearTimeout(timer);
        clearInterval(again);
        observer.disconnect();
        end();
      }
      function look() {
        const value = condition();
        if (value) finish(() => done(value));
      }
      const again = setInterval(look, 100);  // for what changes without the page's tree changing
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    });
  }

  function times(within, words) {
    const plain = (text) => text.replace(/\s+/g, " ");
    return [...document.querySelectorAll(within)].reduce((all, one) => all + plain(one.innerText).split(words).length - 1, 0);
  }

  let last = null, hit = false;

  // The middle of what can be clicked, once it has stood still and nothing lies over it; `wasHit` then tells of the click.
  function aim(label, within) {
    const wanted = "button, a, summary, [role=option], [role=menuitem], input, label";
    const root = document.querySelector("dialog[open]") && within === "body" ? document.querySelector("dialog[open]") : document.querySelector(within);
    const found = named([...root.querySelectorAll(wanted)], label).filter((one) => !one.getAttribute("aria-busy")).at(-1);
    if (!found) return null;
    found.scrollIntoView({ block: "nearest" });
    const box = found.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (last?.found !== found || last.x !== x || last.y !== y) last = { found, x, y, since: performance.now() };
    if (performance.now() - last.since < 90 || !found.contains(document.elementFromPoint(x, y))) return null;
    hit = false;
    const kind = found.matches("[role=option]") ? "mousedown" : "click";
    found.addEventListener(kind, () => { hit = true; }, { once: true, capture: true });
    return [x, y];
  }

  const wasHit = () => hit;

  function focus(label) {
    labelled(label)?.focus();
    return document.activeElement === labelled(label);
  }

  const labelled = (label) => named([...document.querySelectorAll("input, select, textarea")], label).at(-1);

  function choose(menu, value) {
    menu.value = value;
    menu.dispatchEvent(new Event("change", { bubbles: true }));
  }

  return { until, times, aim, wasHit, labelled, focus, choose, name, inSight };
})();
