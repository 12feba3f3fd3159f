#!/usr/bin/env node
import '../dist/couplet-sim.js';
