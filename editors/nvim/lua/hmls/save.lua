---Saving what a deployment is about to read.
local M = {}

---@param params { paths: string[] }
---@return { saved: boolean }
function M.save(params)
  for _, path in ipairs(params.paths) do
    local buffer = vim.fn.bufadd(path)
    if vim.bo[buffer].modified then
      local ok, problem = pcall(vim.api.nvim_buf_call, buffer, function()
        vim.cmd('silent write')
      end)
      if not ok then
        require('hmls.client').say(tostring(problem), vim.log.levels.ERROR)
        return { saved = false }
      end
    end
  end
  return { saved = true }
end

return M
