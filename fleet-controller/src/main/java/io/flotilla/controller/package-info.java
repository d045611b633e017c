/** The fleet controller. */
@NullMarked
package io.flotilla.controller;

import org.jspecify.annotations.NullMarked;
