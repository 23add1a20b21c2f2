// Says what a learner could not read in the outputs and texts of the open notebook: cut off at the side or below,
// reached only by scrolling sideways, or lying under something else. Tables and code may scroll in their own box.
() => {
  const SCROLLS = ['auto', 'scroll'];
  const notebook =
    document.querySelector('.jp-Notebook .jp-WindowedPanel-outer') || document.querySelector('.jp-Notebook');
  const found = new Set();

  function note(trouble, element, text) {
    const id = element.closest('.jp-Cell')?.querySelector('.jp-InputPrompt')?.innerText || 'text';
    found.add(`${id} ${trouble}: ${text.trim().slice(0, 60)}`);
  }

  function texts(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const pieces = [];
    while (walker.nextNode()) {
      const { data, parentElement: element } = walker.currentNode;
      if (!data.trim() || element.closest('style, script, option, mjx-assistive-mml')) continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      pieces.push({ element, text: data, boxes: [...range.getClientRects()] });
    }
    return pieces;
  }

  function things(root, selector) {
    return [...root.querySelectorAll(selector)]
      .filter(element => element.checkVisibility())
      .map(element => ({
        element,
        text: element.tagName,
        boxes: [element.getBoundingClientRect()]
      }));
  }

  function lookForEdges({ element, text, boxes }, mayScroll) {
    for (let around = element; around !== notebook && around; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      const edge = around.getBoundingClientRect();
      const cutAtTheSide = boxes.some(box => box.right > edge.right + 1.5 || box.left < edge.left - 1.5);
      if (cutAtTheSide && overflowX !== 'visible') {
        if (!SCROLLS.includes(overflowX)) note('is cut off', element, text);
        else if (!mayScroll) note('must be scrolled to sideways', element, text);
        return;
      }
      const cutBelow = boxes.some(box => box.bottom > edge.bottom + 3);
      if (cutBelow && !['visible', ...SCROLLS].includes(overflowY)) return note('is cut off below', element, text);
    }
  }

  function lookIntoField(field) {
    if (field.scrollWidth > field.clientWidth + 1) note('is cut off in its field', field, field.value);
  }

  function lookIntoSelect(select) {
    const style = getComputedStyle(select);
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    for (const { text } of select.options)
      if (pen.measureText(text).width > room + 1) note('is cut off in its list', select, text);
  }

  function lookForOverlaps(pieces) {
    const boxes = pieces.flatMap(piece => piece.boxes.map(box => ({ ...piece, box })));
    for (const [place, one] of boxes.entries())
      for (const other of boxes.slice(0, place)) {
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // Bengali lines are taller than what is seen of them
        if (one.element !== other.element && wide > 3 && high > 6)
          note('lies over another', one.element, `${one.text.trim().slice(0, 25)} | ${other.text.trim()}`);
      }
  }

  if (notebook.scrollWidth > notebook.clientWidth) found.add('the notebook scrolls sideways');
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.add('the page scrolls sideways');
  for (const root of notebook.querySelectorAll('.jp-OutputArea-output, .jp-MarkdownOutput')) {
    for (const piece of texts(root)) lookForEdges(piece, piece.element.closest('table, pre, code, mjx-container'));
    for (const thing of things(root, 'img, svg, iframe, button, select, input')) lookForEdges(thing, false);
    for (const { element } of things(root, 'input:not([type=radio], [type=file])')) lookIntoField(element);
    for (const { element } of things(root, 'select')) lookIntoSelect(element);
  }
  for (const root of notebook.querySelectorAll('.lab, .practice-quiz'))
    lookForOverlaps([...texts(root), ...things(root, 'img, select, input, .noUi-base')]);
  return [...found];
}
