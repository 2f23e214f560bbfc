/** `/check` and `/check/STREAM#token=…`: why there is no picture. */
import { isTooOld } from '../../adapters/is-too-old.ts';
import { textFor } from '../../text/text.ts';
import { PerchCheck } from './perch-check.ts';

document.documentElement.lang = textFor(navigator.languages).code;
if (!isTooOld()) customElements.define('perch-check', PerchCheck);
