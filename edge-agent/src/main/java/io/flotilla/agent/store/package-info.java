/**
 * What an agent remembers on disk: named values and a log behind one port, and files written so
 * that a cut leaves the old or the new.
 */
@NullMarked
package io.flotilla.agent.store;

import org.jspecify.annotations.NullMarked;
