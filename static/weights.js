// Each weight has a slider and a number field that say the same. The field is sent; the slider is for the hand.
"use strict";

for (const slider of document.querySelectorAll("input[data-weight]")) {
  const field = document.getElementById(slider.dataset.weight);
  slider.hidden = false;
  slider.value = field.value;
  slider.addEventListener("input", () => {
    field.value = slider.value;
  });
  field.addEventListener("input", () => {
    if (field.validity.valid) slider.value = field.value;
  });
}
