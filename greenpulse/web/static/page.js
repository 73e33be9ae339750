"use strict";
// The page is whole without this script. It fetches the same page every ten seconds and
// takes over what the server changed, node by node, so that nothing jumps, no focus is
// lost and nothing can be shown that the server did not say.

const REFRESH_MS = 10_000;
const TIMEOUT_MS = 8_000;

let receivedAt = Date.now();
let timer;

async function refresh() {
  clearTimeout(timer);
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    receivedAt = Date.now();
    document.title = fresh.title;
    for (const id of ["notices", "content"]) {
      takeOver(document.getElementById(id), fresh.getElementById(id));
    }
    readOut();
    sayLost(false);
  } catch {
    sayLost(true);
  }
  sayAges();
  timer = setTimeout(refresh, REFRESH_MS);
}

// Make `old` equal to `fresh`; what the script or the reader owns (data-own) stays.
function takeOver(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE || old.hasAttribute("data-own")) return;
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, position) => {
    const known = before[position];
    if (!known) old.append(node);
    else if (known.nodeName !== node.nodeName) known.replaceWith(node);
    else takeOver(known, node);
  });
  before.slice(after.length).forEach((node) => node.remove());
}

function sayLost(isLost) {
  document.getElementById("lost").hidden = !isLost;
  document.querySelector(".overview")?.classList.toggle("lost", isLost);
}

function sayAges() {
  const passed = (Date.now() - receivedAt) / 1000;
  document.getElementById("lost-age").textContent = inWords(passed);
  for (const node of document.querySelectorAll("[data-age]")) {
    node.textContent = inWords(Number(node.dataset.age) + passed);
  }
}

// As in_words of wording.py.
function inWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return `${whole} s`;
  if (hours < 1) return `${minutes} min`;
  if (days < 1) return `${hours} h ${minutes % 60} min`;
  return `${days} day${days === 1 ? "" : "s"} ${hours % 24} h`;
}

// The chart is read with a slider that lies over it: by mouse, finger or arrow keys.
const scrub = document.getElementById("scrub");

function readOut() {
  const row = scrub && document.querySelector(`[data-slot="${scrub.value}"]`);
  if (!row) return;
  document.getElementById("readout").textContent = row.dataset.words;
  document.getElementById("cursor").setAttribute("x", scrub.value);
  scrub.setAttribute("aria-valuetext", row.dataset.words);
}

function followPointer(event) {
  const { left, width } = scrub.getBoundingClientRect();
  const slots = Number(scrub.max) + 1;
  scrub.value = Math.floor(((event.clientX - left) / width) * slots);
  readOut();
}

if (scrub) {
  scrub.hidden = false;
  scrub.addEventListener("input", readOut);
  scrub.addEventListener("pointermove", followPointer);
  scrub.addEventListener("pointerdown", followPointer);
  readOut();
}

document.addEventListener("visibilitychange", () => document.hidden || refresh());
timer = setTimeout(refresh, REFRESH_MS);
setInterval(sayAges, 1000);
