/** `/check` and `/check/STREAM#token=…`: why there is no picture. */
import { textFor } from '../../text/text.ts';
import { PerchCheck } from './perch-check.ts';

document.documentElement.lang = textFor(navigator.languages).code;
customElements.define('perch-check', PerchCheck);
