// The slider writes in the number field, which is what counts; without this script there is only the field.
"use strict";

const field = document.getElementById("id_amount");
const slide = document.getElementById("slide");
document.getElementById("slider").hidden = false;

slide.addEventListener("input", () => {
  field.value = Number(slide.value).toLocaleString(document.documentElement.lang || "sv");
});
field.addEventListener("input", () => {
  const kronor = Number(field.value.replace(/[^\d]/g, ""));
  if (kronor > Number(slide.max)) slide.max = kronor;
  slide.value = kronor;
});
