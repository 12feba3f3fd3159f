#!/usr/bin/env node
import '../dist/src/fastpoetry.js';
