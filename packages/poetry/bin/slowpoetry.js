#!/usr/bin/env node
import '../dist/src/slowpoetry.js';
