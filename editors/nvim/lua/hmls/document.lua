---Documents of the server that are nowhere on disk.
local client_of = require('hmls.client')

local M = {}
local namespace = vim.api.nvim_create_namespace('hmls.document')

---Percent-encode all that is no plain letter, digit or mark.
---@param text string
---@return string
local function encode(text)
  return (text:gsub('[^%w%-._~]', function(char)
    return ('%%%02X'):format(char:byte())
  end))
end

---@param chosen hmls.Chosen
---@return string
function M.effective_uri(chosen)
  local name, root = encode(chosen.target.name), encode(chosen.map.root)
  return ('hmls:/effective/%s.nix?root=%s'):format(name, root)
end

---Fill a buffer with the document that it is named after.
---@param buffer integer
---@param uri string
function M.read(buffer, uri)
  local root = uri:match('[?&]root=([^&]*)')
  local client = client_of.need(root and vim.uri_decode(root))
  if not client then
    return
  end
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].swapfile = false
  client_of.ask(client, 'workspace/textDocumentContent', { uri = uri }, function(answer)
    if not vim.api.nvim_buf_is_valid(buffer) then
      return
    end
    vim.bo[buffer].modifiable = true
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(answer.text, '\n'))
    vim.bo[buffer].modifiable = false
    vim.bo[buffer].modified = false
    local is_preview = uri:find('^hmls:/preview/') ~= nil
    vim.bo[buffer].filetype = is_preview and 'markdown' or 'nix'
    if is_preview then
      M._colour_diffs(buffer)
      -- The question whether to switch comes next, and nothing is drawn while it waits.
      vim.cmd.redraw()
    end
    vim.api.nvim_exec_autocmds('User', {
      pattern = 'HmlsDocument',
      modeline = false,
      data = { buf = buffer, uri = uri },
    })
  end)
end

---Colour what comes and what goes in the diff blocks of a preview, whatever parsers there are.
---@param buffer integer
function M._colour_diffs(buffer)
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  local inside = false
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line:find('^%s*```') then
      inside = line:find('^%s*```diff') ~= nil
    elseif inside then
      local group = line:find('^%+') and 'Added'
        or line:find('^%-') and 'Removed'
        or line:find('^@@') and 'Changed'
      if group then
        vim.api.nvim_buf_set_extmark(buffer, namespace, number - 1, 0, {
          end_row = number,
          hl_group = group,
          hl_eol = true,
          priority = 200,
        })
      end
    end
  end
end

---The effective configurations of two targets side by side, as a diff.
---@param left hmls.Chosen
---@param right hmls.Chosen
function M.compare(left, right)
  local uris = { M.effective_uri(left), M.effective_uri(right) }
  vim.cmd.tabnew()
  local tab = vim.api.nvim_get_current_tabpage()
  local waiting = { [uris[1]] = true, [uris[2]] = true }
  local function done(uri)
    waiting[uri] = nil
    if next(waiting) == nil and vim.api.nvim_tabpage_is_valid(tab) then
      for _, window in ipairs(vim.api.nvim_tabpage_list_wins(tab)) do
        vim.api.nvim_win_call(window, vim.cmd.diffthis)
      end
    end
  end
  vim.api.nvim_create_autocmd('User', {
    pattern = 'HmlsDocument',
    callback = function(args)
      if waiting[args.data.uri] then
        done(args.data.uri)
      end
      return next(waiting) == nil
    end,
  })
  M.open(uris[1], 'edit')
  M.open(uris[2], 'vsplit')
end

---@param uri string
---@param how 'edit'|'split'|'vsplit'
function M.open(uri, how)
  if how ~= 'edit' then
    vim.cmd[how]()
  end
  local buffer = vim.fn.bufadd(uri)
  vim.bo[buffer].buflisted = true
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.api.nvim_win_set_buf(0, buffer)
    M.read(buffer, uri)
  else
    vim.api.nvim_win_set_buf(0, buffer)
  end
end

return M
