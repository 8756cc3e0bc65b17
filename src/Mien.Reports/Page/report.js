"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const record = 3 + data.labels.length;
  const bytes = Uint8Array.from(atob(data.faces), c => c.charCodeAt(0));
  const faces = Array.from({ length: bytes.length / record }, (_, i) => {
    const part = bytes.subarray(i * record, (i + 1) * record);
    return { split: part[0], label: part[1], read: part[2], shares: Array.from(part.subarray(3), v => v / 255) };
  });
  const step = 60;
  const state = { split: data.splits.length - 1, cells: "Counts", view: "random", label: -1, read: -1, shown: step };
  const byId = id => document.getElementById(id);
  const make = (name, style, text) => {
    const element = document.createElement(name);
    if (style) element.className = style;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const percent = share => Math.round(share * 100) + " %";

  // A picture is a window onto a sheet of many.
  function tile(prefix, place, side, description) {
    const sheet = data.columns * data.columns;
    const inSheet = place % sheet;
    const element = make("div", "face " + prefix + Math.floor(place / sheet));
    element.style.backgroundSize = data.columns * 96 + "px auto";
    element.style.backgroundPosition = `-${(inSheet % data.columns) * 96}px -${Math.floor(inSheet / data.columns) * 96}px`;
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", description);
    element.title = description;
    return element;
  }

  function bars(face) {
    const element = make("div", "bars");
    data.labels.forEach((name, k) => {
      element.append(make("span", k === face.label ? "is" : "", name));
      const bar = make("i");
      bar.style.width = Math.max(1, face.shares[k] * 100) + "%";
      bar.style.background = data.colors[k];
      bar.title = name + " " + percent(face.shares[k]);
      element.append(bar);
    });
    return element;
  }

  function sentence(face) {
    const right = face.read === face.label;
    return make("div", "what answer " + (right ? "right" : "wrong"),
      `${data.labels[face.label]}, read ${right ? "right" : data.labels[face.read]} (${percent(face.shares[face.read])})`);
  }

  function card(place) {
    const face = faces[place];
    const element = make("article", "card");
    element.append(tile("s", place, data.size, `face labeled ${data.labels[face.label]}`), bars(face), sentence(face));
    if (data.votes[place]) element.append(make("div", "what votes", data.votes[place]));
    return element;
  }

  function chosen() {
    if (state.view !== "cell") return data.splits[state.split][state.view];
    const places = [];
    faces.forEach((face, place) => {
      if (face.split === state.split && (state.label < 0 || face.label === state.label) && (state.read < 0 || face.read === state.read)) places.push(place);
    });
    return places;
  }

  function caption(count) {
    const split = data.splits[state.split];
    const name = { random: "a random sample", mistakes: "the most confident mistakes", unsure: "the least confident answers" }[state.view];
    if (name) return `${split.name}: ${name}, ${count} faces.`;
    const label = state.label < 0 ? "any label" : "labeled " + data.labels[state.label];
    const read = state.read < 0 ? "read as anything" : "read as " + data.labels[state.read];
    const cell = document.querySelector(`.confusion[data-split="${state.split}"][data-cells="Counts"]`);
    let all = 0;
    cell.querySelectorAll(".cell").forEach((rectangle, i) => {
      if ((state.label < 0 || +rectangle.dataset.row === state.label) && (state.read < 0 || +rectangle.dataset.column === state.read))
        all += +cell.querySelectorAll(".count")[i].textContent;
    });
    return `${split.name}: ${label}, ${read}: ${count}${count < all ? " of " + all : ""} faces.`;
  }

  function draw() {
    document.querySelectorAll("[data-split]").forEach(element => {
      element.hidden = +element.dataset.split !== state.split || (element.dataset.cells !== undefined && element.dataset.cells !== state.cells);
    });
    document.querySelectorAll("#splits button").forEach((button, i) => button.setAttribute("aria-pressed", i === state.split));
    document.querySelectorAll("[data-show]").forEach(button => button.setAttribute("aria-pressed", button.dataset.show === state.cells));
    document.querySelectorAll("#views button").forEach(button => button.setAttribute("aria-pressed", button.dataset.view === state.view));
    document.querySelectorAll(".confusion .cell").forEach(cell =>
      cell.classList.toggle("chosen", state.view === "cell" && +cell.dataset.row === state.label && +cell.dataset.column === state.read));
    byId("label").value = state.view === "cell" ? state.label : -1;
    byId("read").value = state.view === "cell" ? state.read : -1;
    const places = chosen();
    byId("caption").textContent = caption(places.length);
    byId("cards").replaceChildren(...places.slice(0, state.shown).map(card));
    byId("more").hidden = places.length <= state.shown;
  }

  function change(values) {
    Object.assign(state, { shown: step }, values);
    draw();
  }

  data.splits.forEach((split, i) => {
    const button = make("button", "", split.name);
    button.type = "button";
    button.addEventListener("click", () => change({ split: i }));
    byId("splits").append(button);
  });
  for (const id of ["label", "read"]) {
    const select = byId(id);
    ["any", ...data.labels].forEach((name, i) => select.append(Object.assign(make("option", "", name), { value: i - 1 })));
    select.addEventListener("change", () => change({ view: "cell", label: +byId("label").value, read: +byId("read").value }));
  }
  document.querySelectorAll("[data-show]").forEach(button => button.addEventListener("click", () => change({ cells: button.dataset.show })));
  document.querySelectorAll("#views button").forEach(button => button.addEventListener("click", () => change({ view: button.dataset.view })));
  byId("more").addEventListener("click", () => { state.shown += step * 2; draw(); });
  document.querySelectorAll(".confusion .cell").forEach(cell => {
    const open = () => {
      change({ view: "cell", label: +cell.dataset.row, read: +cell.dataset.column });
      byId("gallery").scrollIntoView();
    };
    cell.setAttribute("tabindex", "0");
    cell.setAttribute("role", "button");
    cell.setAttribute("aria-label", cell.querySelector("title").textContent);
    cell.addEventListener("click", open);
    cell.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } });
  });

  byId("errors").append(...data.labelErrors.map(place => {
    const element = card(place);
    element.append(make("div", "what", data.splits[faces[place].split].name));
    return element;
  }));
  byId("maps").append(...data.attention.map(one => {
    const face = faces[one.face];
    const element = make("article", "card wide");
    element.append(tile("s", one.face, data.size, `face labeled ${data.labels[face.label]}`));
    if (one.gradCam >= 0) element.append(tile("o", one.gradCam, data.size, "Grad-CAM"));
    element.append(tile("o", one.occlusion, data.size, "occlusion map"), sentence(face));
    return element;
  }));

  // The map's points show their face beside the pointer.
  const hover = byId("hover");
  document.querySelectorAll(".point[data-face]").forEach(point => {
    const show = () => {
      const place = +point.dataset.face;
      const frame = document.querySelector(".map").getBoundingClientRect();
      const at = point.getBoundingClientRect();
      hover.replaceChildren(tile("s", place, data.size, ""), sentence(faces[place]));
      hover.style.display = "block";
      hover.style.left = Math.min(at.left - frame.left + 14, Math.max(0, frame.width - 180)) + "px";
      hover.style.top = at.top - frame.top + 14 + "px";
    };
    point.addEventListener("pointerenter", show);
    point.addEventListener("pointerleave", () => { hover.style.display = "none"; });
  });
  draw();
})();
