/** Whether this browser has looked at its connection once: the page is shown before the first turn only. */

const STORED = "armcade.link_checked";
const here = { checked: false };

/** True once the check was made, or passed over. */
export function linkChecked(): boolean {
  try {
    return here.checked || localStorage.getItem(STORED) !== null;
  } catch {
    return here.checked; // storage may be forbidden; what is known then lasts as long as the page
  }
}

/** Remembers that it was. */
export function rememberChecked(): void {
  here.checked = true;
  try {
    localStorage.setItem(STORED, "1");
  } catch {
    return; // as above
  }
}
