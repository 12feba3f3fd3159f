#!/usr/bin/env node
import '../dist/src/commands/transformedpoetry.js';
