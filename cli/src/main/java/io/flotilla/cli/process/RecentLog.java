package io.flotilla.cli.process;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.flotilla.protocol.message.CommandAnswer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The last lines of this process's log, in memory: what a device sends when it is asked for it. */
final class RecentLog extends AppenderBase<ILoggingEvent> {
  private static final int MAX_LINES = 10 * CommandAnswer.MAX_LINES;
  private static final int MAX_LINE_CHARS = 1_000;

  private final PatternLayout layout = new PatternLayout();
  private final Deque<String> lines = new ArrayDeque<>();

  private RecentLog() {}

  /** Keeps the lines from INFO on from now on. */
  static RecentLog keep() {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalStateException("the distribution logs with logback");
    }
    RecentLog log = new RecentLog();
    log.setContext(context);
    log.setName("recent");
    log.layout.setContext(context);
    log.layout.setPattern(
        "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%thread] %logger{30}: %msg%nopex");
    log.layout.start();
    log.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(log);
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    String line = layout.doLayout(event).replaceAll("\\R", " ");
    synchronized (lines) {
      lines.addLast(line.substring(0, Math.min(line.length(), MAX_LINE_CHARS)));
      if (lines.size() > MAX_LINES) {
        lines.removeFirst();
      }
    }
  }

  /** The last lines, oldest first, at most so many. */
  List<String> last(int most) {
    return naming("", most);
  }

  /** The last lines that contain a text, oldest first, at most so many. */
  List<String> naming(String text, int most) {
    List<String> found;
    synchronized (lines) {
      found = lines.stream().filter(line -> line.contains(text)).toList();
    }
    return found.subList(Math.max(0, found.size() - most), found.size());
  }
}
