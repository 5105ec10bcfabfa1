/** The stage `observe`: observations in, the picture of a site out. Entered here and nowhere else. */
export { knowledge } from './knowledge.ts';
export { SITE_LIMITS, type SiteLimits } from './limits.ts';
export {
  guessMapping,
  LIST_FIELDS,
  LIST_LIMITS,
  type ListField,
  type ListMapping,
  type ListResult,
  type ListTable,
  readList,
} from './names.ts';
export { applyList, completeList, listVia, type Reconciliation, reconcile } from './reconcile.ts';
export { createSiteModel, type SiteModelOptions } from './site-model.ts';
export { macVendor } from './vendor.ts';
