// What goes to the server, and what it says back at once.
export const looking = JSON.parse(document.body.dataset.looking);

export function query() {
  return new URLSearchParams(Object.entries(looking).filter(([, value]) => value)).toString();
}

let shown;
export function toast(words) {
  const box = document.querySelector("#toast");
  box.textContent = words;
  box.classList.add("shown");
  clearTimeout(shown);
  shown = setTimeout(() => box.classList.remove("shown"), 7000);
}

// The answer; `error` in it has been shown.
export async function ask(path, body = {}) {
  let said;
  try {
    const answer = await fetch(`${path}?${query()}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    said = answer.ok ? await answer.json() : { error: `The sandbox refused that (${answer.status}).` };
  } catch {
    said = { error: "The sandbox does not answer: was it stopped?" };
  }
  if (said.error) toast(said.error);
  return said;
}

export const gesture = (name, body) => ask(`gesture/${name}`, body);
export const backstage = (name, value) => ask(`backstage/${name}`, { value });
