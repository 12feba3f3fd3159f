#!/usr/bin/env node
import '../dist/src/commands/couplet-nc.js';
