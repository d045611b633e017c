/** Commands to devices: each carried out at most once, and answered or known to be unanswered. */
@NullMarked
package io.flotilla.controller.command;

import org.jspecify.annotations.NullMarked;
