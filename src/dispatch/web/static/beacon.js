/* Tells Dispatch that a page was read: once, after it was in view for five seconds. No cookie, no
   storage, no name; the page's canonical address is all that is sent. */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || !navigator.sendBeacon || navigator.webdriver) return;
  var canonical = document.querySelector('link[rel="canonical"]');
  var page = canonical ? canonical.href : location.origin + location.pathname;
  var left = 5;
  var timer = setInterval(function () {
    if (document.visibilityState !== "visible") return;
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    navigator.sendBeacon(new URL("read", script.src).href, page);
  }, 1000);
})();
