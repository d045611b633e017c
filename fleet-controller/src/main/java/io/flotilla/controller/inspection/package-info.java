/**
 * Looks into what publishers send before it becomes a version: reads each model file without
 * trusting it, and tries it in a process that may die of it.
 */
@NullMarked
package io.flotilla.controller.inspection;

import org.jspecify.annotations.NullMarked;
