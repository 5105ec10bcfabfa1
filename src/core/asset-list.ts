/** What a plant's own list of its devices may say of one: the fields that columns of such a list are taken for. */
export const LIST_FIELDS = [
  'name',
  'ip',
  'mac',
  'hostname',
  'serial',
  'vendor',
  'model',
  'order-number',
  'firmware',
  'role',
  'level',
  'location',
  'plant-id',
  'description',
  'contact',
  /** Of the contact: both are one fact. */
  'phone',
] as const;
export type ListField = (typeof LIST_FIELDS)[number];
