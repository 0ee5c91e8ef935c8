/** The manifest's JSON Schema as a function. In the bundle stands the function's code: `scripts/build.js` makes it, so that no command waits for it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../schemas/manifest.schema.json' with { type: 'json' };
import options from './validate.options.json' with { type: 'json' };

/** Tells whether data is a manifest; its `errors` tell why not. */
export const validate = new Ajv2020(options).compile(schema);
