#!/usr/bin/env node
import '../dist/src/transformedpoetry.js';
