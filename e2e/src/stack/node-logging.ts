/** config/log4j2.properties of a search node: to the console, which is its log file. */
export const nodeLogging = `status = ERROR
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %marker%m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`
