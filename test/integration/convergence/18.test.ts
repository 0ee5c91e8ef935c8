import { describeEveryCase } from './every-case.ts';

describeEveryCase(18);
