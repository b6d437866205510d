// Comfort only: every form works without scripts.
import { watchUploads } from "./upload.js";
import { watchIssuing } from "./issue.js";
import { watchPictures } from "./zoom.js";
import { watchArranging } from "./arrange.js";
import { settle } from "./swap.js";

watchUploads();
watchIssuing();
watchPictures();
watchArranging();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
settle();
