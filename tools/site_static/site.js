// The labs and the quizzes of the pages. A lab's pictures were drawn by the lab's own code; here
// they are only shown.
"use strict";

for (const lab of document.querySelectorAll(".living")) {
  const states = JSON.parse(lab.querySelector("script").textContent);
  const controls = [...lab.querySelectorAll("input, select")];
  const image = lab.querySelector("img");
  const said = lab.querySelector(".said");
  const code = lab.querySelector(".code");
  const address = (number) => image.src.replace(/-\d+\.png$/, `-${number}.png`);
  const pictures = new Map();
  const count = (control) => (control.options ? control.options.length : Number(control.max) + 1);
  const place = (control) => (control.options ? control.selectedIndex : Number(control.value));
  const load = (number) => {
    if (!pictures.has(number)) {
      const picture = new Image();
      picture.src = address(number);
      pictures.set(number, picture);
    }
    return pictures.get(number);
  };
  const show = () => {
    const number = controls.reduce((sum, one) => sum * count(one) + place(one), 0);
    image.src = load(number).src;
    said.innerHTML = states[number].said;
    image.alt = said.textContent;
    code.innerHTML = states[number].code;
    for (const one of controls) {
      const output = one.parentElement.querySelector("output");
      if (output) {
        output.textContent = JSON.parse(one.dataset.values)[place(one)];
        one.setAttribute("aria-valuetext", output.textContent);
      }
    }
  };
  // the pictures come before the hand does: at the first touch, or once the lab is in view
  const all = () => states.forEach((_, number) => load(number));
  new IntersectionObserver((seen, watcher) => {
    if (seen.some((one) => one.isIntersecting)) {
      watcher.disconnect();
      all();
    }
  }).observe(lab);
  for (const one of controls) one.addEventListener("input", show);
  lab.dataset.ready = "yes";
}

for (const question of document.querySelectorAll(".question")) {
  const reply = question.querySelector(".reply");
  for (const option of question.querySelectorAll("button")) {
    option.addEventListener("click", () => {
      for (const one of question.querySelectorAll("button")) one.removeAttribute("aria-pressed");
      option.setAttribute("aria-pressed", "true");
      reply.innerHTML = option.dataset.reply;
      reply.className = `reply ${option.dataset.right}`;
    });
  }
}
