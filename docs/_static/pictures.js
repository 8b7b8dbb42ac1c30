// A picture opens alone, where its tooltips work and it can be zoomed.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll('article img[src$=".svg"]').forEach((picture) => {
    if (picture.closest("a")) return;
    const link = document.createElement("a");
    link.href = picture.src;
    picture.replaceWith(link);
    link.append(picture);
  });
  // A page that a command wrote is opened, not saved.
  document.querySelectorAll('.bptt-page a[download]').forEach((link) => link.removeAttribute("download"));
});
