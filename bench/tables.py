"""Tables for a terminal, and as Markdown for docs/speed.md."""


def show(title, headers, rows, markdown):
    rows = [[str(cell) for cell in row] for row in rows]
    lines = _markdown(headers, rows) if markdown else _text(headers, rows)
    print(f'\n{"**" + title + "**" if markdown else title}\n')
    print('\n'.join(lines), flush=True)


def note(text):
    print(f'\n{text}', flush=True)


def _text(headers, rows):
    widths = [max(len(row[column]) for row in [headers, *rows]) for column in range(len(headers))]

    def line(row):
        cells = [cell.ljust(width) if number == 0 else cell.rjust(width)
                 for number, (cell, width) in enumerate(zip(row, widths))]
        return '  '.join(cells).rstrip()

    return [line(headers), *map(line, rows)]


def _markdown(headers, rows):
    line = lambda row: '| ' + ' | '.join(row) + ' |'
    return [line(headers), '|---|' + '--:|' * (len(headers) - 1), *map(line, rows)]
