// A paper inside our page is as tall as it is, so that it is read without a scroll bar of its own.
"use strict";
for (const frame of document.querySelectorAll("iframe.paper")) {
  const grow = () => {
    const paper = frame.contentDocument && frame.contentDocument.documentElement;
    if (paper) frame.style.height = `${paper.scrollHeight + 2}px`;
  };
  frame.addEventListener("load", grow);
  window.addEventListener("resize", () => { frame.style.height = ""; grow(); });
  grow();
}
