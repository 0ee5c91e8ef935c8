#!/usr/bin/env node
import '../dist/dbctl.js';
