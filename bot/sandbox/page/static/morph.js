// Bring a region up to date in place, so that focus, what is being typed and what is open stay as they are.

export function morph(region, html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  children(region, made.content);
}

function children(old, fresh) {
  const known = new Map(), wanted = new Set();
  for (const node of old.childNodes) if (node.id) known.set(node.id, node);
  for (const node of fresh.childNodes) if (node.id) wanted.add(node.id);
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const same = node.id ? known.get(node.id) : at;
    if (same && alike(same, node)) {
      // Removed rather than moved past: a node that moves loses the focus.
      while (at && at !== same && !wanted.has(at.id)) at = removed(at);
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      one(same, node);
    } else {
      old.insertBefore(node, at);
    }
  }
  while (at) at = removed(at);
}

// The answer: what came after it.
function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function alike(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && (old.id ?? "") === (fresh.id ?? "");
}

function one(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.isEqualNode(fresh) && !("value" in old)) return;
  const news = attributes(old, fresh);
  if (!("keep" in old.dataset && !fresh.childElementCount)) children(old, fresh);
  value(old, fresh, news);
}

// Attributes named by data-own are the browser's to change. The answer: whether the server's value is another.
function attributes(old, fresh) {
  const own = new Set((fresh.dataset.own ?? "").split(" "));
  const before = old.dataset.value;
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !own.has(name) && name !== "aria-busy") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !own.has(name)) old.setAttribute(name, value);
  }
  return before !== fresh.dataset.value;
}

function value(old, fresh, news) {
  if (old.type === "radio" || old.type === "checkbox") old.checked = fresh.checked;
  else if ("value" in fresh.dataset && news && !typedIn(old)) old.value = fresh.dataset.value;
}

// The text field with the keyboard is ahead of the server, which never changes what stands in one.
function typedIn(field) {
  return field.dataset.field === "text" && field === document.activeElement;
}
