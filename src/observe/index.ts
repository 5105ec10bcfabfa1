/** The stage `observe`: observations in, the picture of a site out. Entered here and nowhere else. */
export { SITE_LIMITS, type SiteLimits } from './limits.ts';
export { createSiteModel, type SiteModelOptions } from './site-model.ts';
export { macVendor } from './vendor.ts';
