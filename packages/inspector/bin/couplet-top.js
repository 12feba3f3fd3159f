#!/usr/bin/env node
import '../dist/couplet-top.js';
