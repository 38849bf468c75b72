// Only in the preview: waits until the site was built again, then loads the page anew.
const seen = new URL(document.currentScript.src).searchParams.get("version");
async function wait() {
  for (;;) {
    try {
      const answer = await fetch(`/_newer?version=${seen}`);
      if (answer.ok && (await answer.text()) === "yes") return location.reload();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
wait();
