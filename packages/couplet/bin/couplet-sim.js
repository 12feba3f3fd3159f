#!/usr/bin/env node
import '../dist/src/entry/couplet-sim.js';
