/**
 * What ran where and when, where a version came from, and what scored a request: questions about
 * the past, answered from records that were written as it happened.
 */
@NullMarked
package io.flotilla.controller.governance;

import org.jspecify.annotations.NullMarked;
