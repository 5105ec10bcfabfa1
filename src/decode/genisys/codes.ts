/** What the header of a Genisys message stands for. */
import type { FieldCodes } from '../../core/decoder.ts';
import { headerName } from './wire.ts';

export const genisysCodes: FieldCodes = { '.header': headerName };
