---Scratch buffers of lines that stand for places: folds by indentation, jumps by <CR>.
local M = {}
local namespace = vim.api.nvim_create_namespace('hmls.view')

---@class hmls.Line
---@field text string
---@field place hmls.Place? where <CR> goes to
---@field group string? highlight of the line's text
---@field note string? virtual text at the end
---@field note_group string?
---@field data any what keys of a view act on

---@type table<integer, hmls.Line[]>
local shown = {}

---Open a view, or bring one of the same name up to date.
---@param name string of the buffer, `hmls://…`
---@param lines hmls.Line[]
---@param opts { keys: table<string, { [1]: fun(line: hmls.Line), desc: string }>, foldlevel: integer? }
---@return integer buffer
function M.open(name, lines, opts)
  local buffer = vim.fn.bufadd(name)
  local window = vim.fn.bufwinid(buffer)
  local is_new = window == -1
  if is_new then
    vim.cmd('botright vsplit')
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(window, buffer)
  else
    vim.api.nvim_set_current_win(window)
  end
  M.fill(buffer, lines)
  for option, value in pairs({
    foldmethod = 'expr',
    foldexpr = "v:lua.require'hmls.view'.fold(v:lnum)",
    foldtext = '',
    wrap = false,
    number = false,
    relativenumber = false,
    signcolumn = 'no',
    -- Nested deeper than it is wide, the column shows numbers.
    foldcolumn = '0',
  }) do
    vim.api.nvim_set_option_value(option, value, { win = window, scope = 'local' })
  end
  if is_new then
    vim.api.nvim_set_option_value(
      'foldlevel',
      opts.foldlevel or 99,
      { win = window, scope = 'local' }
    )
  end
  local function map(key, act, desc)
    vim.keymap.set('n', key, function()
      local line = M.line_at_cursor()
      if line then
        act(line)
      end
    end, { buffer = buffer, desc = desc, nowait = true })
  end
  map('<CR>', M.jump, 'Go to the place')
  map('gd', M.jump, 'Go to the place')
  for key, keymap in pairs(opts.keys) do
    map(key, keymap[1], keymap.desc)
  end
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, desc = 'Close', nowait = true })
  return buffer
end

---@param buffer integer
---@param lines hmls.Line[]
function M.fill(buffer, lines)
  shown[buffer] = lines
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modifiable = true
  local texts = vim.iter(lines):map(function(line)
    return (line.text:gsub('\n', ' '))
  end)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, texts:totable())
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
  vim.bo[buffer].shiftwidth = 2
  vim.bo[buffer].filetype = 'hmls'
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  for number, line in ipairs(lines) do
    if line.group then
      local start = #line.text:match('^ *')
      vim.api.nvim_buf_set_extmark(buffer, namespace, number - 1, start, {
        end_col = #line.text,
        hl_group = line.group,
      })
    end
    if line.note and line.note ~= '' then
      vim.api.nvim_buf_set_extmark(buffer, namespace, number - 1, 0, {
        virt_text = { { '  ' .. line.note:gsub('\n', ' '), line.note_group or 'Comment' } },
      })
    end
  end
end

---@return hmls.Line?
function M.line_at_cursor()
  local lines = shown[vim.api.nvim_get_current_buf()]
  return lines and lines[vim.api.nvim_win_get_cursor(0)[1]]
end

---Go to the place that a line stands for, in the window that was left for this one.
---@param line hmls.Line
function M.jump(line)
  local place = line.place
  if not place or not place.file or place.file == vim.NIL then
    return
  end
  local window = vim.fn.win_getid(vim.fn.winnr('#'))
  if window == 0 or window == vim.api.nvim_get_current_win() then
    vim.cmd('aboveleft vsplit')
    window = vim.api.nvim_get_current_win()
  end
  vim.api.nvim_set_current_win(window)
  local client = require('hmls.client').find()
  local start = { line = (place.line or 1) - 1, character = 0 }
  local range = place.range or { start = start, ['end'] = start }
  vim.lsp.util.show_document(
    { uri = vim.uri_from_fname(place.file), range = range },
    client and client.offset_encoding or 'utf-8',
    { focus = true, reuse_win = false }
  )
end

---The fold level of a line: its indentation, and one more for what opens a deeper one.
---@param number integer
---@return string
function M.fold(number)
  local level = vim.fn.indent(number) / 2
  local next_line = vim.fn.indent(number + 1) / 2
  return next_line > level and ('>%d'):format(level + 1) or ('%d'):format(level)
end

return M
