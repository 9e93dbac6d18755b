// Shows the buttons that copy a feed's address. Without it the links are all there, and work.
"use strict";

const status = document.getElementById("copied");
const table = document.querySelector("table[data-copied]");

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Only secure pages have a clipboard; a page on the operator's own network may not be one.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("refused");
}

async function copy(button) {
  try {
    await write(button.dataset.copy);
  } catch {
    window.prompt(button.title, button.dataset.copy);
    return;
  }
  button.focus();
  button.classList.add("done");
  status.textContent = table.dataset.copied;
  setTimeout(() => {
    button.classList.remove("done");
    status.textContent = "";
  }, 2000);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
