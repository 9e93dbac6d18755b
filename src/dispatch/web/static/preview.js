// Asks every 700 ms whether anything moved, and shows what did. No library, no build step.
"use strict";

const VIEWS = [
  ["phone, light", 375, "light"],
  ["phone, dark", 375, "dark"],
  ["desktop, light", 700, "light"],
  ["desktop, dark", 700, "dark"],
];
const $ = (id) => document.getElementById(id);
let stamp = "";

function frame(name, width, address, kind) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const view = document.createElement("iframe");
  caption.textContent = name;
  figure.className = kind;
  view.width = width;
  view.title = name;
  view.dataset.address = address;
  figure.append(caption, view);
  return figure;
}

function sheet(variant, number) {
  const made = $("sheet").content.cloneNode(true);
  const section = made.querySelector("section");
  section.id = `variant-${number}`;
  made.querySelector(".key").textContent = variant.key;
  const size = document.createElement("small");
  size.textContent = `${variant.kB} kB`;
  made.querySelector(".key").append(size);
  made.querySelector(".subject").textContent = variant.subject;
  made.querySelector(".preheader").textContent = variant.preheader;
  for (const fault of variant.faults) {
    const line = document.createElement("li");
    line.textContent = fault;
    made.querySelector(".faults").append(line);
  }
  const views = VIEWS.map(([name, width, scheme]) =>
    frame(`${name}, ${width} px`, width, `mail/${number}/${scheme}`, "mail"));
  views.push(frame("plain text", 640, `text/${number}`, "text"));
  made.querySelector(".views").append(...views);
  return made;
}

function show(state) {
  $("title").textContent = state.title || "Preview";
  document.title = state.title ? `Preview: ${state.title}` : "Preview";
  $("error").hidden = !state.error;
  $("error").textContent = state.error;
  if (state.error) return; // what stood there before stays, to compare with
  const shape = state.variants.map((one) => one.key).join("\n");
  const offsets = [...document.querySelectorAll(".views")].map((one) => one.scrollLeft);
  $("sheets").replaceChildren(...state.variants.map(sheet));
  document.querySelectorAll(".views").forEach((one, at) => { one.scrollLeft = offsets[at] || 0; });
  if (shape !== $("variants").dataset.shape) {
    $("variants").dataset.shape = shape;
    $("variants").replaceChildren(...state.variants.map((one, number) => {
      const link = document.createElement("a");
      link.href = `#variant-${number}`;
      link.textContent = one.key;
      return link;
    }));
  }
  if (!state.variants.length) {
    $("error").hidden = false;
    $("error").textContent = "There is nothing to show yet: no articles for this issue.";
  }
  for (const view of document.querySelectorAll("iframe")) {
    view.src = `${view.dataset.address}?${state.stamp.slice(0, 12)}`;
  }
}

async function ask() {
  try {
    const answer = await fetch("state", {cache: "no-store"});
    const state = await answer.json();
    if (state.stamp !== stamp) {
      const place = window.scrollY;
      stamp = state.stamp;
      show(state);
      window.scrollTo(0, place);
      $("pulse").textContent = `made ${new Date().toLocaleTimeString()}`;
    }
  } catch (error) {
    $("pulse").textContent = "the preview was stopped";
  }
  setTimeout(ask, 700);
}

ask();
